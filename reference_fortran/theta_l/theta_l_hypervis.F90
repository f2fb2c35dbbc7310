! Hyperviscosity (biharmonic, constant or tensor coefficient) and the sponge layer of theta-l, hydrostatic.
!
! HOMME: prim_advance_mod:advance_hypervis, viscosity_theta:biharmonic_wk_theta
module theta_l_hypervis
  use kinds, only: rk
  use element_data, only: tensorvisc, tensorvisc_2
  use element_operators, only: laplace_wk_slab, laplace_wk_tensor_slab, &
                               vlaplace_wk_contra_slab, vlaplace_wk_cartesian_tensor_slab
  use assembly, only: dss_wk
  use theta_l_column, only: nodes
  use theta_l_reference, only: dp_ref, theta_ref, lap_p_wk, nu_scale_top, nlev_tom
  use theta_l_settings
  use theta_l_tendency, only: nfields, theta_mass, thickness
  implicit none
  private
  public :: advance_hypervis

contains

  ! state advanced by dt; dpdiss_ave, dpdiss_biharmonic are what the tracers need to follow dp3d
  subroutine advance_hypervis(nlev, ne, dt, eta_ave_w, state, dpdiss_ave, dpdiss_biharmonic)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: dt, eta_ave_w
    real(rk), intent(inout) :: state(nodes, nfields, nlev, ne)
    real(rk), intent(inout) :: dpdiss_ave(nodes, nlev, ne), dpdiss_biharmonic(nodes, nlev, ne)
    integer :: n
    call mass_to_theta(nlev, ne, state)
    do n = 1, hypervis_subcycle
      call hypervis_subcycle_step(nlev, ne, dt / hypervis_subcycle, eta_ave_w / hypervis_subcycle, state, &
                                  dpdiss_ave, dpdiss_biharmonic)
    end do
    call theta_to_mass(nlev, ne, state)
    if (nu_top <= 0) return
    do n = 1, hypervis_subcycle_tom
      call sponge_subcycle_step(nlev, ne, dt / hypervis_subcycle_tom, state)
    end do
  end subroutine advance_hypervis

  ! one forward step: state -= dt * nu * biharmonic(state - reference)
  subroutine hypervis_subcycle_step(nlev, ne, dt, weight, state, dpdiss_ave, dpdiss_biharmonic)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: dt, weight
    real(rk), intent(inout) :: state(nodes, nfields, nlev, ne)
    real(rk), intent(inout) :: dpdiss_ave(nodes, nlev, ne), dpdiss_biharmonic(nodes, nlev, ne)
    real(rk), allocatable, save :: lap(:, :, :, :)
    integer :: e
    if (allocated(lap)) then
      if (any(shape(lap) /= shape(state))) deallocate(lap)
    end if
    if (.not. allocated(lap)) allocate(lap(nodes, nfields, nlev, ne))
    !$omp parallel do schedule(static)
    do e = 1, ne
      call first_laplacian(nlev, e, dp_ref(1, 1, 1, e), theta_ref(1, 1, 1, e), state(1, 1, 1, e), lap(1, 1, 1, e))
    end do
    call dss_wk(lap, nfields * nlev, ne)
    !$omp parallel do schedule(static)
    do e = 1, ne
      call second_laplacian(nlev, e, lap(1, 1, 1, e))
      if (nu_p > 0 .and. weight /= 0) call accumulate_dpdiss(nlev, weight, state(1, 1, 1, e), lap(1, 1, 1, e), &
                                           dpdiss_ave(1, 1, e), dpdiss_biharmonic(1, 1, e))
      call scale_by_nu(nlev, dt, lap(1, 1, 1, e))
    end do
    call dss_wk(lap, nfields * nlev, ne)
    call add(nlev * ne, lap, state)
  end subroutine hypervis_subcycle_step

  ! constant coefficient; nu_div / nu enters here and only here
  subroutine first_laplacian(nlev, e, dp_reference, theta_reference, state, lap)
    integer, intent(in) :: nlev, e
    real(rk), intent(in) :: dp_reference(nodes, nlev), theta_reference(nodes, nlev), state(nodes, nfields, nlev)
    real(rk), intent(out) :: lap(nodes, nfields, nlev)
    real(rk) :: perturbation(nodes, 2, nlev)
    integer :: k
    do k = 1, nlev
      perturbation(:, 1, k) = state(:, theta_mass, k) - theta_reference(:, k)
      perturbation(:, 2, k) = state(:, thickness, k) - dp_reference(:, k)
      call vlaplace_wk_contra_slab(state(1, 1, k), nu_div / nu, e, lap(1, 1, k))
      call laplace_wk_slab(perturbation(1, 1, k), e, lap(1, theta_mass, k))
      call laplace_wk_slab(perturbation(1, 2, k), e, lap(1, thickness, k))
    end do
    if (hv_theta_correction > 0) &
      call correct_theta_laplacian(nlev, dp_reference, lap_p_wk(1, 1, 1, e), perturbation(:, 1, :), lap)
  end subroutine first_laplacian

  ! along pressure surfaces: lap(theta) -= (d theta / dp) lap(p), the slope limited smoothly by hv_theta_thresh
  subroutine correct_theta_laplacian(nlev, dp_reference, lap_p, theta, lap)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: dp_reference(nodes, nlev), lap_p(nodes, nlev), theta(nodes, nlev)
    real(rk), intent(inout) :: lap(nodes, nfields, nlev)
    real(rk) :: above(nodes), below(nodes), slope(nodes)
    integer :: k
    above = theta(:, 1)
    do k = 1, nlev
      below = (theta(:, k) + theta(:, min(k+1, nlev))) / 2
      slope = (below - above) / dp_reference(:, k)
      slope = slope / (1 + abs(slope) / hv_theta_thresh)
      lap(:, theta_mass, k) = lap(:, theta_mass, k) - slope * lap_p(:, k)
      above = below
    end do
  end subroutine correct_theta_laplacian

  ! weak and not yet assembled, in place; with the viscosity tensor if hypervis_scaling > 0
  subroutine second_laplacian(nlev, e, lap)
    integer, intent(in) :: nlev, e
    real(rk), intent(inout) :: lap(nodes, nfields, nlev)
    integer :: k
    do k = 1, nlev
      if (hypervis_scaling > 0) then
        call tensor_laplacian(e, tensorvisc(1, 1, 1, 1, e), lap(1, 1, k))
      else
        call constant_laplacian(e, lap(1, 1, k))
      end if
    end do
  end subroutine second_laplacian

  subroutine constant_laplacian(e, fields)
    integer, intent(in) :: e
    real(rk), intent(inout) :: fields(nodes, nfields)
    real(rk) :: lap(nodes, nfields)
    call vlaplace_wk_contra_slab(fields, 1.0_rk, e, lap)
    call laplace_wk_slab(fields(1, theta_mass), e, lap(1, theta_mass))
    call laplace_wk_slab(fields(1, thickness), e, lap(1, thickness))
    fields = lap
  end subroutine constant_laplacian

  subroutine tensor_laplacian(e, tensor, fields)
    integer, intent(in) :: e
    real(rk), intent(in) :: tensor(nodes, 2, 2)
    real(rk), intent(inout) :: fields(nodes, nfields)
    real(rk) :: lap(nodes, nfields)
    call vlaplace_wk_cartesian_tensor_slab(fields, tensor, e, lap)
    call laplace_wk_tensor_slab(fields(1, theta_mass), tensor, e, lap(1, theta_mass))
    call laplace_wk_tensor_slab(fields(1, thickness), tensor, e, lap(1, thickness))
    fields = lap
  end subroutine tensor_laplacian

  subroutine accumulate_dpdiss(nlev, weight, state, biharmonic, dpdiss_ave, dpdiss_biharmonic)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: weight, state(nodes, nfields, nlev), biharmonic(nodes, nfields, nlev)
    real(rk), intent(inout) :: dpdiss_ave(nodes, nlev), dpdiss_biharmonic(nodes, nlev)
    dpdiss_ave = dpdiss_ave + weight * state(:, thickness, :)
    dpdiss_biharmonic = dpdiss_biharmonic + weight * biharmonic(:, thickness, :)
  end subroutine accumulate_dpdiss

  subroutine scale_by_nu(nlev, dt, lap)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: dt
    real(rk), intent(inout) :: lap(nodes, nfields, nlev)
    integer :: k
    do k = 1, nlev
      lap(:, 1:theta_mass, k) = -nu * lap(:, 1:theta_mass, k) * dt
      lap(:, thickness, k) = -nu_p * lap(:, thickness, k) * dt
    end do
  end subroutine scale_by_nu

  ! Laplacian damping of the topmost levels: v, vtheta_dp and dp3d themselves, no reference subtracted
  subroutine sponge_subcycle_step(nlev, ne, dt, state)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: dt
    real(rk), intent(inout) :: state(nodes, nfields, nlev, ne)
    real(rk), allocatable :: lap(:, :, :, :)
    integer :: k, e
    allocate(lap(nodes, nfields, nlev_tom, ne))
    !$omp parallel do schedule(static) private(k)
    do e = 1, ne
      do k = 1, nlev_tom
        lap(:, :, k, e) = state(:, :, k, e)
        if (laplace_scaling > 0) then
          call tensor_laplacian(e, tensorvisc_2(1, 1, 1, 1, e), lap(1, 1, k, e))
        else
          call constant_laplacian(e, lap(1, 1, k, e))
        end if
        lap(:, :, k, e) = dt * nu_scale_top(k) * nu_top * lap(:, :, k, e)
      end do
    end do
    call dss_wk(lap, nfields * nlev_tom, ne)
    state(:, :, 1:nlev_tom, :) = state(:, :, 1:nlev_tom, :) + lap
  end subroutine sponge_subcycle_step

  subroutine mass_to_theta(nlev, ne, state)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: state(nodes, nfields, nlev * ne)
    integer :: l
    !$omp parallel do schedule(static)
    do l = 1, nlev * ne
      state(:, theta_mass, l) = state(:, theta_mass, l) / state(:, thickness, l)
    end do
  end subroutine mass_to_theta

  subroutine theta_to_mass(nlev, ne, state)
    integer, intent(in) :: nlev, ne
    real(rk), intent(inout) :: state(nodes, nfields, nlev * ne)
    integer :: l
    !$omp parallel do schedule(static)
    do l = 1, nlev * ne
      state(:, theta_mass, l) = state(:, theta_mass, l) * state(:, thickness, l)
    end do
  end subroutine theta_to_mass

  subroutine add(nlayers, increment, state)
    integer, intent(in) :: nlayers
    real(rk), intent(in) :: increment(nodes, nfields, nlayers)
    real(rk), intent(inout) :: state(nodes, nfields, nlayers)
    integer :: l
    !$omp parallel do schedule(static)
    do l = 1, nlayers
      state(:, :, l) = state(:, :, l) + increment(:, :, l)
    end do
  end subroutine add

end module theta_l_hypervis
