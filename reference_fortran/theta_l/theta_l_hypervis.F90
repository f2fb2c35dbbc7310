! Hyperviscosity (biharmonic, constant or tensor coefficient) and the sponge layer of theta-l.
!
! A state is (np, np, nf, nlev, ne): u, v, vtheta_dp, dp3d, and in the nonhydrostatic form (nf = 6) w and phi at the
! upper interface of each layer. w on the ground is not diffused: who has one sets it between the two routines.
!
! HOMME: prim_advance_mod:advance_hypervis, viscosity_theta:biharmonic_wk_theta
module theta_l_hypervis
  use kinds, only: rk
  use element_data, only: tensorvisc_2
  use assembly, only: dss_wk
  use nonhydrostatic_tendency, only: height
  use theta_l_column, only: nodes
  use theta_l_laplacians, only: first_laplacian, second_laplacian, constant_laplacian, tensor_laplacian
  use theta_l_reference, only: dp_ref, theta_ref, phi_ref, nu_scale_top, nlev_tom
  use theta_l_settings
  use theta_l_tendency, only: theta_mass, thickness
  implicit none
  private
  public :: diffuse, damp_top

contains

  ! state advanced by dt; dpdiss_ave, dpdiss_biharmonic are what the tracers need to follow dp3d
  subroutine diffuse(nf, nlev, ne, dt, eta_ave_w, state, dpdiss_ave, dpdiss_biharmonic)
    integer, intent(in) :: nf, nlev, ne
    real(rk), intent(in) :: dt, eta_ave_w
    real(rk), intent(inout) :: state(nodes, nf, nlev, ne)
    real(rk), intent(inout) :: dpdiss_ave(nodes, nlev, ne), dpdiss_biharmonic(nodes, nlev, ne)
    integer :: n
    call mass_to_theta(nf, nlev, ne, state)
    do n = 1, hypervis_subcycle
      call hypervis_subcycle_step(nf, nlev, ne, dt / hypervis_subcycle, eta_ave_w / hypervis_subcycle, state, &
                                  dpdiss_ave, dpdiss_biharmonic)
    end do
    call theta_to_mass(nf, nlev, ne, state)
  end subroutine diffuse

  ! the sponge over dt
  subroutine damp_top(nf, nlev, ne, dt, state)
    integer, intent(in) :: nf, nlev, ne
    real(rk), intent(in) :: dt
    real(rk), intent(inout) :: state(nodes, nf, nlev, ne)
    integer :: n
    if (nu_top <= 0) return
    do n = 1, hypervis_subcycle_tom
      call sponge_subcycle_step(nf, nlev, ne, dt / hypervis_subcycle_tom, state)
    end do
  end subroutine damp_top

  ! one forward step: state -= dt * nu * biharmonic(state - reference)
  subroutine hypervis_subcycle_step(nf, nlev, ne, dt, weight, state, dpdiss_ave, dpdiss_biharmonic)
    integer, intent(in) :: nf, nlev, ne
    real(rk), intent(in) :: dt, weight
    real(rk), intent(inout) :: state(nodes, nf, nlev, ne)
    real(rk), intent(inout) :: dpdiss_ave(nodes, nlev, ne), dpdiss_biharmonic(nodes, nlev, ne)
    real(rk), allocatable, save :: lap(:, :, :, :)
    integer :: e
    if (allocated(lap)) then
      if (any(shape(lap) /= shape(state))) deallocate(lap)
    end if
    if (.not. allocated(lap)) allocate(lap(nodes, nf, nlev, ne))
    !$omp parallel do schedule(static)
    do e = 1, ne
      call first_laplacian(nf, nlev, e, dp_ref(1, 1, 1, e), theta_ref(1, 1, 1, e), phi_ref(1, 1, 1, e), &
                           state(1, 1, 1, e), lap(1, 1, 1, e))
    end do
    call dss_wk(lap, nf * nlev, ne)
    !$omp parallel do schedule(static)
    do e = 1, ne
      call second_laplacian(nf, nlev, e, lap(1, 1, 1, e))
      if (nu_p > 0 .and. weight /= 0) call accumulate_dpdiss(nf, nlev, weight, state(1, 1, 1, e), lap(1, 1, 1, e), &
                                           dpdiss_ave(1, 1, e), dpdiss_biharmonic(1, 1, e))
      call scale_by_nu(nf, nlev, dt, lap(1, 1, 1, e))
    end do
    call dss_wk(lap, nf * nlev, ne)
    call add(nf, nlev * ne, lap, state)
  end subroutine hypervis_subcycle_step

  subroutine accumulate_dpdiss(nf, nlev, weight, state, biharmonic, dpdiss_ave, dpdiss_biharmonic)
    integer, intent(in) :: nf, nlev
    real(rk), intent(in) :: weight, state(nodes, nf, nlev), biharmonic(nodes, nf, nlev)
    real(rk), intent(inout) :: dpdiss_ave(nodes, nlev), dpdiss_biharmonic(nodes, nlev)
    dpdiss_ave = dpdiss_ave + weight * state(:, thickness, :)
    dpdiss_biharmonic = dpdiss_biharmonic + weight * biharmonic(:, thickness, :)
  end subroutine accumulate_dpdiss

  subroutine scale_by_nu(nf, nlev, dt, lap)
    integer, intent(in) :: nf, nlev
    real(rk), intent(in) :: dt
    real(rk), intent(inout) :: lap(nodes, nf, nlev)
    real(rk) :: viscosity(height)
    integer :: k, c
    viscosity = [nu, nu, nu, nu_p, nu, nu_s]
    do k = 1, nlev
      do c = 1, nf
        lap(:, c, k) = -viscosity(c) * lap(:, c, k) * dt
      end do
    end do
  end subroutine scale_by_nu

  ! Laplacian damping of the topmost levels: v, vtheta_dp and dp3d themselves, no reference subtracted
  subroutine sponge_subcycle_step(nf, nlev, ne, dt, state)
    integer, intent(in) :: nf, nlev, ne
    real(rk), intent(in) :: dt
    real(rk), intent(inout) :: state(nodes, nf, nlev, ne)
    real(rk), allocatable :: lap(:, :, :, :)
    integer :: k, e
    allocate(lap(nodes, nf, nlev_tom, ne))
    !$omp parallel do schedule(static) private(k)
    do e = 1, ne
      do k = 1, nlev_tom
        lap(:, :, k, e) = state(:, :, k, e)
        if (laplace_scaling > 0) then
          call tensor_laplacian(nf, e, tensorvisc_2(1, 1, 1, 1, e), lap(1, 1, k, e))
        else
          call constant_laplacian(nf, e, lap(1, 1, k, e))
        end if
        lap(:, :, k, e) = dt * nu_scale_top(k) * nu_top * lap(:, :, k, e)
      end do
    end do
    call dss_wk(lap, nf * nlev_tom, ne)
    state(:, :, 1:nlev_tom, :) = state(:, :, 1:nlev_tom, :) + lap
  end subroutine sponge_subcycle_step

  subroutine mass_to_theta(nf, nlev, ne, state)
    integer, intent(in) :: nf, nlev, ne
    real(rk), intent(inout) :: state(nodes, nf, nlev * ne)
    integer :: l
    !$omp parallel do schedule(static)
    do l = 1, nlev * ne
      state(:, theta_mass, l) = state(:, theta_mass, l) / state(:, thickness, l)
    end do
  end subroutine mass_to_theta

  subroutine theta_to_mass(nf, nlev, ne, state)
    integer, intent(in) :: nf, nlev, ne
    real(rk), intent(inout) :: state(nodes, nf, nlev * ne)
    integer :: l
    !$omp parallel do schedule(static)
    do l = 1, nlev * ne
      state(:, theta_mass, l) = state(:, theta_mass, l) * state(:, thickness, l)
    end do
  end subroutine theta_to_mass

  subroutine add(nf, nlayers, increment, state)
    integer, intent(in) :: nf, nlayers
    real(rk), intent(in) :: increment(nodes, nf, nlayers)
    real(rk), intent(inout) :: state(nodes, nf, nlayers)
    integer :: l
    !$omp parallel do schedule(static)
    do l = 1, nlayers
      state(:, :, l) = state(:, :, l) + increment(:, :, l)
    end do
  end subroutine add

end module theta_l_hypervis
