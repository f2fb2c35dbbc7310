! Eulerian tracer transport on the mass flux accumulated by the dynamics, and tracer hyperviscosity.
! A driver sets the options below, then calls advance_tracers once a tracer step.
!
! Equations: Spiteri & Ruuth (2002), doi:10.1137/S0036142901389025; Guba, Taylor & St-Cyr (2014), doi:10.1016/j.jcp.2014.02.029
! HOMME: prim_advection_base (prim_advec_tracers_remap_rk2, euler_step, advance_hypervis_scalar)   CAM-SE: prim_advection_mod
module tracers
  use kinds, only: rk
  use dimensions, only: np
  use element_data, only: require_grid, spheremp, tensorvisc
  use element_operators, only: divergence_slab
  use element_limiters, only: optim_slab, clip_and_sum_slab, sign_slab
  use sphere_operators, only: divergence_sphere
  use assembly, only: dss, dss_wk, neighbour_min, neighbour_max
  use biharmonic, only: biharmonic_wk, biharmonic_wk_tensor
  use variable_viscosity, only: biharmonic_wk_variable
  implicit none
  private
  public :: limiter_option, hypervis_subcycle_q, nu_q, dp_viscosity, tensor_viscosity, scalar_viscosity
  public :: advance_tracers, tracer_stages

  integer :: limiter_option = 9         ! 0 none, 4 sign-preserving, 8 optimisation, 9 clip and sum
  integer :: hypervis_subcycle_q = 1    ! counts with limiters 0 and 4
  real(rk) :: nu_q = 0                  ! [m4 s-1]; 0 leaves hyperviscosity out
  logical :: dp_viscosity = .true.      ! nu_p > 0: dpdiss_ave and dpdiss_biharmonic are used
  logical :: tensor_viscosity = .false. ! hypervis_scaling > 0: the grid's tensor acts in the second Laplacian
  logical :: scalar_viscosity = .false. ! hypervis_power: the grid's factor acts in both Laplacians

  integer, parameter :: last_stage = 2

  ! Work arrays, kept between calls.
  real(rk), allocatable :: divdp(:,:,:,:), divdp_proj(:,:,:,:), dp_stage(:,:,:,:), start(:,:,:,:,:)
  real(rk), allocatable :: ratio(:,:,:,:,:), continuous(:,:,:,:,:), spreading(:,:,:,:,:)
  real(rk), allocatable :: qmin(:,:,:), qmax(:,:,:), own_min(:,:,:), own_max(:,:,:)

contains

  ! Tracer mass qdp after one tracer step dt_q. dp: layer thickness at its start; vn0, dpdiss_*: means over the dynamics steps;
  ! dp0: thickness at the reference surface pressure.
  subroutine advance_tracers(qdp, dp, vn0, dpdiss_ave, dpdiss_biharmonic, dp0, dt_q, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(inout) :: qdp(np,np,nlev,qsize,ne)
    !f2py intent(in,out,copy) :: qdp
    real(rk), intent(in) :: dp(np,np,nlev,ne), vn0(np,np,2,nlev,ne), dp0(nlev), dt_q
    real(rk), intent(in) :: dpdiss_ave(np,np,nlev,ne), dpdiss_biharmonic(np,np,nlev,ne)
    integer :: m, e

    call prepare(nlev, qsize, ne)
    call copy_tracers(qdp, start, nlev*qsize, ne)
    call divergence_sphere(vn0, divdp, nlev, ne)
    do m = 0, last_stage
      call euler_step(m, qdp, dp, vn0, dpdiss_ave, dpdiss_biharmonic, dp0, dt_q/2, nlev, qsize, ne)
    end do
    !$omp parallel do
    do e = 1, ne
      qdp(:,:,:,:,e) = (start(:,:,:,:,e) + 2*qdp(:,:,:,:,e))/3
    end do
    if (nu_q > 0 .and. .not. quasi_monotone()) then
      call set_stage_thickness(dp, dt_q, nlev, ne)
      call advance_hypervis_scalar(qdp, dpdiss_ave, dp0, dt_q, nlev, qsize, ne)
    end if
  end subroutine advance_tracers

  ! The three stages before their average, with the limiter's bounds as it left them (0 without limiter 8 or 9).
  subroutine tracer_stages(qdp, dp, vn0, dpdiss_ave, dpdiss_biharmonic, dp0, dt_q, &
                           stages, low, high, divergence, divergence_proj, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(in) :: qdp(np,np,nlev,qsize,ne)
    real(rk), intent(in) :: dp(np,np,nlev,ne), vn0(np,np,2,nlev,ne), dp0(nlev), dt_q
    real(rk), intent(in) :: dpdiss_ave(np,np,nlev,ne), dpdiss_biharmonic(np,np,nlev,ne)
    real(rk), intent(out) :: stages(np,np,nlev,qsize,ne,3), low(nlev,qsize,ne,3), high(nlev,qsize,ne,3)
    real(rk), intent(out) :: divergence(np,np,nlev,ne), divergence_proj(np,np,nlev,ne)
    integer :: m

    call prepare(nlev, qsize, ne)
    call divergence_sphere(vn0, divdp, nlev, ne)
    qmin = 0
    qmax = 0
    do m = 0, last_stage
      stages(:,:,:,:,:,m+1) = qdp
      if (m > 0) stages(:,:,:,:,:,m+1) = stages(:,:,:,:,:,m)
      call euler_step(m, stages(:,:,:,:,:,m+1), dp, vn0, dpdiss_ave, dpdiss_biharmonic, dp0, dt_q/2, nlev, qsize, ne)
      low(:,:,:,m+1) = qmin
      high(:,:,:,m+1) = qmax
    end do
    divergence = divdp
    divergence_proj = divdp_proj
  end subroutine tracer_stages

  ! Stage m = 0, 1, 2: one Euler step of length h on layers of thickness dp - m h divdp_proj.
  subroutine euler_step(m, qdp, dp, vn0, dpdiss_ave, dpdiss_biharmonic, dp0, h, nlev, qsize, ne)
    integer, intent(in) :: m, nlev, qsize, ne
    real(rk), intent(inout) :: qdp(np,np,nlev,qsize,ne)
    real(rk), intent(in) :: dp(np,np,nlev,ne), vn0(np,np,2,nlev,ne), dp0(nlev), h
    real(rk), intent(in) :: dpdiss_ave(np,np,nlev,ne), dpdiss_biharmonic(np,np,nlev,ne)
    logical :: limited, diffused
    integer :: e

    limited = quasi_monotone()
    diffused = limited .and. m == last_stage .and. nu_q > 0
    call set_stage_thickness(dp, m*h, nlev, ne)
    if (limited) call set_bounds(m, qdp, nlev, qsize, ne)
    if (diffused) call set_spreading(qdp, dpdiss_ave, dp0, nlev, qsize, ne)
    !$omp parallel do
    do e = 1, ne
      call advect_element(diffused, limited, e, h, vn0, dpdiss_biharmonic, dp0, qdp, nlev, qsize, ne)
    end do
    if (m == 0) then
      !$omp parallel do
      do e = 1, ne
        divdp_proj(:,:,:,e) = divdp(:,:,:,e)
      end do
      call dss(divdp_proj, nlev, ne)
    end if
    call dss_wk(qdp, nlev*qsize, ne)
  end subroutine euler_step

  ! Advection, hyperviscosity and limiter of one element; on return qdp includes the mass matrix.
  subroutine advect_element(diffused, limited, e, h, vn0, dpdiss_biharmonic, dp0, qdp, nlev, qsize, ne)
    logical, intent(in) :: diffused, limited
    integer, intent(in) :: e, nlev, qsize, ne
    real(rk), intent(in) :: h, vn0(np,np,2,nlev,ne), dpdiss_biharmonic(np,np,nlev,ne), dp0(nlev)
    real(rk), intent(inout) :: qdp(np,np,nlev,qsize,ne)
    real(rk) :: velocity(np,np,2,nlev), flux(np,np,2), div(np,np), target(np,np,nlev), strength
    integer :: q, k

    strength = 3*h*nu_q
    do k = 1, nlev
      velocity(:,:,1,k) = vn0(:,:,1,k,e)/dp_stage(:,:,k,e)
      velocity(:,:,2,k) = vn0(:,:,2,k,e)/dp_stage(:,:,k,e)
      target(:,:,k) = dp_stage(:,:,k,e) - h*divdp(:,:,k,e)
      if (diffused .and. dp_viscosity) &
        target(:,:,k) = target(:,:,k) - strength*dpdiss_biharmonic(:,:,k,e)/spheremp(:,:,e)
    end do
    do q = 1, qsize
      do k = 1, nlev
        flux(:,:,1) = velocity(:,:,1,k)*qdp(:,:,k,q,e)
        flux(:,:,2) = velocity(:,:,2,k)*qdp(:,:,k,q,e)
        call divergence_slab(flux, e, div)
        qdp(:,:,k,q,e) = qdp(:,:,k,q,e) - h*div
        if (diffused) qdp(:,:,k,q,e) = qdp(:,:,k,q,e) - strength*dp0(k)*spreading(:,:,k,q,e)/spheremp(:,:,e)
        if (limited) call limit(qdp(:,:,k,q,e), target(:,:,k), spheremp(:,:,e), qmin(k,q,e), qmax(k,q,e))
        qdp(:,:,k,q,e) = qdp(:,:,k,q,e)*spheremp(:,:,e)
        if (limiter_option == 4) call sign_slab(qdp(:,:,k,q,e))
      end do
    end do
  end subroutine advect_element

  subroutine limit(qdp, mass, weights, low, high)
    real(rk), intent(inout) :: qdp(np,np), low, high
    real(rk), intent(in) :: mass(np,np), weights(np,np)
    if (limiter_option == 8) then
      call optim_slab(qdp, mass, weights, low, high)
    else
      call clip_and_sum_slab(qdp, mass, weights, low, high)
    end if
  end subroutine limit

  ! qmin, qmax: extremes of the mixing ratio over the element and its neighbours; the second stage only widens those of the
  ! first by the element's own.
  subroutine set_bounds(m, qdp, nlev, qsize, ne)
    integer, intent(in) :: m, nlev, qsize, ne
    real(rk), intent(in) :: qdp(np,np,nlev,qsize,ne)
    real(rk) :: x(np,np)
    integer :: e, q, k

    !$omp parallel do private(q,k,x)
    do e = 1, ne
      do q = 1, qsize
        do k = 1, nlev
          x = qdp(:,:,k,q,e)/dp_stage(:,:,k,e)
          own_min(k,q,e) = minval(x)
          own_max(k,q,e) = maxval(x)
        end do
      end do
    end do
    if (m == 1) then
      qmin = min(own_min, qmin)
      qmax = max(own_max, qmax)
    else
      call neighbour_min(own_min, qmin, nlev*qsize, ne)
      call neighbour_max(own_max, qmax, nlev*qsize, ne)
    end if
    qmin = max(qmin, 0.0_rk)
  end subroutine set_bounds

  subroutine set_stage_thickness(dp, elapsed, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: dp(np,np,nlev,ne), elapsed
    integer :: e
    !$omp parallel do
    do e = 1, ne
      dp_stage(:,:,:,e) = dp(:,:,:,e)
      if (elapsed > 0) dp_stage(:,:,:,e) = dp(:,:,:,e) - elapsed*divdp_proj(:,:,:,e)
    end do
  end subroutine set_stage_thickness

  ! spreading: weak biharmonic of the mixing ratio, scaled so that a constant one follows the viscosity of dp.
  subroutine set_spreading(qdp, dpdiss_ave, dp0, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(in) :: qdp(np,np,nlev,qsize,ne), dpdiss_ave(np,np,nlev,ne), dp0(nlev)
    integer :: e, q, k
    !$omp parallel do private(q,k)
    do e = 1, ne
      do q = 1, qsize
        do k = 1, nlev
          ratio(:,:,k,q,e) = qdp(:,:,k,q,e)/dp_stage(:,:,k,e)
          if (dp_viscosity) ratio(:,:,k,q,e) = ratio(:,:,k,q,e)*dpdiss_ave(:,:,k,e)/dp0(k)
        end do
      end do
    end do
    call spread_ratio(nlev*qsize, ne)
  end subroutine set_spreading

  subroutine spread_ratio(nlayers, ne)
    integer, intent(in) :: nlayers, ne
    if (tensor_viscosity) then
      call biharmonic_wk_tensor(ratio, tensorvisc, continuous, spreading, nlayers, ne)
    else if (scalar_viscosity) then
      call biharmonic_wk_variable(ratio, continuous, spreading, nlayers, ne)
    else
      call biharmonic_wk(ratio, continuous, spreading, nlayers, ne)
    end if
  end subroutine spread_ratio

  ! Hyperviscosity after the advection (limiters 0 and 4); dp_stage is the thickness at the end of the step.
  subroutine advance_hypervis_scalar(qdp, dpdiss_ave, dp0, dt_q, nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    real(rk), intent(inout) :: qdp(np,np,nlev,qsize,ne)
    real(rk), intent(in) :: dpdiss_ave(np,np,nlev,ne), dp0(nlev), dt_q
    integer :: cycle_, e, q, k
    real(rk) :: dt

    dt = dt_q/hypervis_subcycle_q
    do cycle_ = 1, hypervis_subcycle_q
      !$omp parallel do private(q,k)
      do e = 1, ne
        do q = 1, qsize
          do k = 1, nlev
            if (dp_viscosity) then
              ratio(:,:,k,q,e) = dpdiss_ave(:,:,k,e)*qdp(:,:,k,q,e)/dp_stage(:,:,k,e)
            else
              ratio(:,:,k,q,e) = dp0(k)*qdp(:,:,k,q,e)/dp_stage(:,:,k,e)
            end if
          end do
        end do
      end do
      call spread_ratio(nlev*qsize, ne)
      !$omp parallel do private(q,k)
      do e = 1, ne
        do q = 1, qsize
          do k = 1, nlev
            qdp(:,:,k,q,e) = qdp(:,:,k,q,e)*spheremp(:,:,e) - dt*nu_q*spreading(:,:,k,q,e)
            if (limiter_option == 4) call sign_slab(qdp(:,:,k,q,e))
          end do
        end do
      end do
      call dss_wk(qdp, nlev*qsize, ne)
    end do
  end subroutine advance_hypervis_scalar

  subroutine copy_tracers(from, to, nlayers, ne)
    integer, intent(in) :: nlayers, ne
    real(rk), intent(in) :: from(np,np,nlayers,ne)
    real(rk), intent(out) :: to(np,np,nlayers,ne)
    integer :: e
    !$omp parallel do
    do e = 1, ne
      to(:,:,:,e) = from(:,:,:,e)
    end do
  end subroutine copy_tracers

  logical function quasi_monotone()
    quasi_monotone = limiter_option == 8 .or. limiter_option == 9
  end function quasi_monotone

  ! Storage for these sizes.
  subroutine prepare(nlev, qsize, ne)
    integer, intent(in) :: nlev, qsize, ne
    call require_grid(ne)
    if (all(limiter_option /= [0, 4, 8, 9])) error stop 'tracers: limiter_option must be 0, 4, 8 or 9.'
    if (allocated(start)) then
      if (all(shape(start) == [np, np, nlev, qsize, ne])) return
      deallocate(divdp, divdp_proj, dp_stage, start, ratio, continuous, spreading, qmin, qmax, own_min, own_max)
    end if
    allocate(divdp(np,np,nlev,ne), divdp_proj(np,np,nlev,ne), dp_stage(np,np,nlev,ne), start(np,np,nlev,qsize,ne))
    allocate(ratio, continuous, spreading, mold=start)
    allocate(qmin(nlev,qsize,ne))
    allocate(qmax, own_min, own_max, mold=qmin)
  end subroutine prepare
end module tracers
